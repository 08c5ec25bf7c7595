"""How often the verdict is right: simulated trials with known truth, run by ``make calibrate``."""

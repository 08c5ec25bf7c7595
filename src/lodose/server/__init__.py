"""The web application: a client of every other room, imported by none of them.

``config`` reads the environment, ``settings`` turns it into Django's settings, and the
applications are ``accounts`` (who), ``audit`` (the chain of events), ``records`` (what a person
records), ``care`` (who may see it), ``answers`` (the verdict over a record), ``web`` (pages),
``api`` (the same for programs) and ``operations`` (serve, doctor, backup).
"""

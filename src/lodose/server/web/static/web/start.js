// Suggests the device's own time zone where none was chosen yet. Without it the person chooses.
const zone = document.querySelector("select[data-suggest-zone]");
if (zone && zone.value === "UTC") {
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if ([...zone.options].some((option) => option.value === own)) zone.value = own;
}

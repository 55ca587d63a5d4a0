// A certificate's QR code opens /verify#<serial>: the fragment never reaches the
// server, and fills the field here.

const form = document.querySelector("[data-serial-from-address]");
const serial = location.hash.slice(1);

if (form && /^[\w-]{1,64}$/.test(serial)) {
  form.elements.namedItem("serial").value = serial;
  form.elements.namedItem("name").focus();
}

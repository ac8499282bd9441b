// Photos are sent as soon as they are taken or chosen: one touch less on a phone.
for (const pickers of document.querySelectorAll("[data-send-when-picked]")) {
  pickers.addEventListener("change", (event) => {
    if (event.target.files?.length) event.target.form.requestSubmit();
  });
}

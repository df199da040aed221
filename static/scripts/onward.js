// A form that goes on by itself, once: what it sends came back from elsewhere.
document.querySelector("form[data-onward]")?.requestSubmit();

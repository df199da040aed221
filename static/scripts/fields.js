// What a form holds, and how it is put back into it.

// All that is sent of a form, without its token and without what must not be kept: passwords, files.
export const fieldsOf = (form) => {
  const fields = new URLSearchParams([...new FormData(form)].filter(([, value]) => typeof value === "string"));
  fields.delete("csrf_token");
  return fields;
};

const SKIPPED = ["hidden", "password", "file", "submit", "button"];

// Puts back what was kept of a form; what it has not any more is left out.
export const putBack = (form, fields) => {
  const rest = [...fields];
  const take = (name) => {
    const at = rest.findIndex(([one]) => one === name);
    return at < 0 ? undefined : rest.splice(at, 1)[0][1];
  };
  for (const part of form.elements) {
    if (!part.name || (part.name !== "seen" && SKIPPED.includes(part.type))) continue; // what was seen belongs to what was typed
    if (part.type === "checkbox" || part.type === "radio") part.checked = fields.getAll(part.name).includes(part.value);
    else if (part.multiple)
      for (const option of part.options) option.selected = fields.getAll(part.name).includes(option.value);
    else {
      const value = take(part.name);
      if (value !== undefined) part.value = value;
    }
  }
  form.dispatchEvent(new Event("input", { bubbles: true }));
};

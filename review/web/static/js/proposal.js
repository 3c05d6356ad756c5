// A category proposes the political answer; a person's own choice is never overruled.

/** Watches `form`; `answered` says whether somebody has chosen, and may be set from outside. */
export function propose(form) {
  const state = { answered: false };
  form.querySelector("[data-political-choice]")?.addEventListener("change", (event) => {
    if (event.isTrusted && event.target.name === "political") state.answered = true;
  });
  form.querySelector("[data-category]")?.addEventListener("change", (event) => {
    const political = event.target.selectedOptions[0]?.dataset.political;
    if (state.answered || political === undefined) return;
    form.querySelector(`input[name=political][value=${political === "1" ? "yes" : "no"}]`).checked = true;
  });
  return state;
}

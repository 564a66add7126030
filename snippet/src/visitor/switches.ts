/** Keeps a purpose and its services in step, row by row: all, some (drawn half-way) or none. */
export const reflect = (dialog: HTMLElement, changed?: EventTarget | null): void => {
  for (const row of dialog.querySelectorAll('div>ul>li')) {
    const [purpose, ...inputs] = row.querySelectorAll('input');
    if (!inputs.length) continue;
    if (changed === purpose) for (const input of inputs) input.checked = purpose!.checked;
    const on = inputs.filter((input) => input.checked).length;
    purpose!.checked = on === inputs.length;
    purpose!.indeterminate = on > 0 && !purpose!.checked;
  }
};

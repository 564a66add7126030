const ours = /^(assent$|_ga|_fb)/;

/** Forgets everything that the demo has stored in this browser, as if the visitor had never been here. */
export const startOver = () => {
  for (const pair of document.cookie.split('; ')) {
    const name = pair.split('=')[0];
    if (ours.test(name)) document.cookie = `${name}=;path=/;max-age=0`;
  }
  localStorage.removeItem('assent');
  location.hash = '';
  location.reload();
};

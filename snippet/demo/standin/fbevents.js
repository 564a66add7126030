// Plays Meta's fbevents.js: takes over the queue that the base code has made, sets the pixel's cookie, and sends one
// picture request per `track`.
(() => {
  const address = new URL(document.currentScript.src);
  let pixelID = '';

  const setCookie = () => {
    if (/(?:^|; )_fbp=/.test(document.cookie)) return;
    const value = `fb.0.${Date.now()}.${Math.floor(Math.random() * 1e10)}`;
    document.cookie = `_fbp=${value};path=/;samesite=lax;max-age=7776000`;
  };

  const send = (event) => {
    const hit = new URL('../tr', address);
    hit.search = new URLSearchParams({ id: pixelID, ev: event });
    new Image().src = hit;
  };

  const call = (command, what) => {
    if (command === 'init') {
      pixelID = what;
      setCookie();
    }
    if (command === 'track') send(what);
  };

  window.fbq.callMethod = call;
  for (const entry of window.fbq.queue.splice(0)) call(...entry);
})();

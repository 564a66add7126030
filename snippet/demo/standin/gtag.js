// Plays Google's gtag.js: reads the data layer in order, honours Consent Mode and Analytics' off switch, sets Analytics'
// cookies where analytics_storage is granted, and sends one hit per `config` and `event`.
(() => {
  const address = new URL(document.currentScript.src);
  const measurementID = address.searchParams.get('id');
  const consent = {};
  window.dataLayer = window.dataLayer || [];

  const isGranted = (signal) => consent[signal] === 'granted';

  // G1 is the version; then one digit for ad_storage and one for analytics_storage.
  const consentStatus = () => `G1${+isGranted('ad_storage')}${+isGranted('analytics_storage')}`;

  const setCookies = () => {
    const seconds = Math.floor(Date.now() / 1000);
    const visitor =
      document.cookie.match(/(?:^|; )_ga=([^;]*)/)?.[1] || `GA1.1.${Math.floor(Math.random() * 2 ** 31)}.${seconds}`;
    const attributes = ';path=/;samesite=lax;max-age=63072000';
    document.cookie = `_ga=${visitor}${attributes}`;
    document.cookie = `_ga_${measurementID.slice(2)}=GS2.1.s${seconds}${attributes}`;
  };

  const send = (event) => {
    if (window[`ga-disable-${measurementID}`]) return;
    if (isGranted('analytics_storage')) setCookies();
    const hit = new URL('../g/collect', address);
    hit.search = new URLSearchParams({ v: '2', tid: measurementID, gcs: consentStatus(), en: event });
    fetch(hit, { mode: 'no-cors', keepalive: true, credentials: 'omit' });
  };

  const read = (entry) => {
    // What gtag() pushes is an `arguments` object; anything else is for a tag manager.
    if (Object.prototype.toString.call(entry) !== '[object Arguments]') return;
    const [command, what, parameters] = entry;
    if (command === 'consent') Object.assign(consent, parameters);
    if (command === 'config' && what === measurementID) send('page_view');
    if (command === 'event') send(what);
  };

  const { dataLayer } = window;
  const push = dataLayer.push.bind(dataLayer);
  dataLayer.push = (...entries) => {
    const length = push(...entries);
    entries.forEach(read);
    return length;
  };
  [...dataLayer].forEach(read);
})();

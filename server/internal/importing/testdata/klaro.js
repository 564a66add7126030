// By default, Klaro loads the config from a global "klaroConfig" variable.
const policy = '/datenschutz.html';
var klaroConfig = {
    version: 1,
    elementID: 'klaro',
    styling: { theme: ['light', 'top', 'wide'] },
    storageMethod: 'cookie',
    cookieExpiresAfterDays: 365,
    default: true,
    mustConsent: false,
    acceptAll: true,
    hideDeclineAll: true,
    lang: 'de',
    translations: {
        zz: { privacyPolicyUrl: policy },
        de: {
            consentNotice: {
                title: 'Ihre Wahl',
                description: 'Wir nutzen Dienste für {purposes}.',
                learnMore: 'Selbst wählen',
            },
            consentModal: { title: '<h4>Dienste</h4>', description: `Mehr in der <a href="${policy}">Erklärung</a>.` },
            ok: 'Alles annehmen',
            decline: 'Alles ablehnen',
            purposes: {
                analytics: 'Statistik',
                booking: { title: 'Buchung', description: 'Zeigt freie Tische an.' },
            },
            googleAnalytics: { description: 'Z\u00e4hlt Besuche.' },
        },
        en: { acceptAll: "Accept everything", purposes: { booking: 'Booking' } },
        tlh: { ok: 'HIja' },
    },
    services: [
        {
            name: 'googleAnalytics',
            title: 'Google Analytics 4',
            purposes: ['analytics'],
            cookies: [[/^_ga.*$/, '/', '.shop.example'], '_gid', /^_shop_(visits|pages)$/],
            callback: function (consent, app) { console.log(consent); },
            default: true,
        },
        { name: 'session', title: 'Session', purposes: ['required'], cookies: ['PHPSESSID'], required: true },
        { name: 'table-finder', title: 'Table <b>Finder</b>', purposes: ['booking', 'marketing'], cookies: ['tf_id', /.*/, /(?=lookahead)x/], optOut: true },
        { name: 'youtube', purposes: ['marketing'], contextualConsentOnly: true },
        { name: 'facebook', title: 'Facebook Pixel', purposes: ['marketing'], cookies: [{ pattern: '_fbp', path: '/' }], required: true },
        { name: makeName(), purposes: ['marketing'] },
    ],
};
if (typeof klaroTexts !== 'undefined') {
    for (var key in klaroTexts) klaroConfig[key] = klaroTexts[key];
}

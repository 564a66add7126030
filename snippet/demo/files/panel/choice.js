/** What the shop's third parties are, in the words of its notice. */
export const services = [
  { id: 'google-analytics', name: 'Google Analytics', purpose: 'analytics', path: /\/(gtag|g)\// },
  { id: 'meta-pixel', name: 'Meta Pixel', purpose: 'marketing', path: /\/(en_US\/fbevents|tr$)/ },
  { id: 'youtube', name: 'YouTube', purpose: 'marketing', path: /\/embed\// },
];

/** The visitor's choice as Assent tells it; undefined while Assent has not started. */
export const choice = () => (typeof window.assent?.get === 'function' ? window.assent.get() : undefined);

/** pending, granted or denied: an unanswered purpose is not a refused one. */
export const purposeState = (purpose) => {
  const granted = choice()?.purposes[purpose];
  return granted === undefined ? 'pending' : granted ? 'granted' : 'denied';
};

/** The same for a service, which may be granted apart from its purpose. */
export const serviceState = ({ id, purpose }) =>
  choice()?.services[id] ? 'granted' : purposeState(purpose) === 'pending' ? 'pending' : 'denied';

// The live panel. It only reads: Assent's public API and events, the data layer, the browser's own list of requests.
import { showCalls, showSignals } from './panel/consent-mode.js';
import { showHeadline } from './panel/headline.js';
import { showRecord } from './panel/record.js';
import { showRequests } from './panel/request-list.js';
import { onRequest, requests } from './panel/requests.js';
import { showServices } from './panel/services.js';
import { startOver } from './panel/start-over.js';
import { showTraces } from './panel/traces.js';

const show = () => {
  const made = requests();
  showHeadline(made);
  showServices(made);
  showRequests(made);
  showSignals();
  showCalls();
  showRecord();
  showTraces();
};

for (const name of ['ready', 'change', 'choice']) addEventListener(`assent:${name}`, () => queueMicrotask(show));
onRequest(show);
// Tags write cookies, and Assent its receipt, without an event of their own.
setInterval(show, 500);
document.getElementById('withdraw').addEventListener('click', () => window.assent?.withdraw());
document.getElementById('start-over').addEventListener('click', startOver);
show();

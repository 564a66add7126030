import { purposes, services } from 'assent:config';
import { type Answers, answersFrom, answersOf, type Choice } from './choice.ts';
import { clearRefused } from './clear.ts';
import type { Change, Source } from './contract.ts';
import { type Deed, toChoice, toDecision } from './decision.ts';
import { emit } from './events.ts';
import { shown } from './exposure.ts';
import { sweep } from './gate.ts';
import { consentUpdate, setLanding, switchMeasurement } from './google.ts';
import { takeLanding } from './landing.ts';
import { enqueue } from './outbox.ts';
import { keepSecret } from './secret.ts';
import { setting } from './setting.ts';
import { isFinal, isMarketing, signalled } from './signal.ts';
import { snapshot } from './snapshot.ts';
import { current, has, setChoice } from './state.ts';
import { changeMirror, readMirror, writeChoice } from './storage.ts';
import { tellVendors } from './vendors/vendors.ts';
import { keepMarks, keptMarks } from './withheld.ts';

/** Puts a choice into effect on this page: Google is told first, then the gated elements follow. Returns the news. */
export const apply = (choice: Choice): Change => {
  setChoice(choice);
  const landing = takeLanding();
  const moved = landing && landing.url !== location.href ? landing : undefined;
  if (choice._at) {
    consentUpdate();
    if (HAS_OFF_SWITCH) switchMeasurement();
  }
  if (HAS_ADAPTERS) tellVendors(moved);
  if (HAS_GOOGLE && moved) setLanding(moved);
  sweep();
  if (HAS_GOOGLE && moved) setLanding({});
  const removed = HAS_TRACES ? clearRefused() : [];
  return { ...snapshot(), removed, landing };
};

// Whatever asks for it, nothing is granted against a signal that is final.
const heeded = (answers: Answers): Answers =>
  isFinal ? answersFrom(Object.entries(answers).map(([id, granted]) => [id, granted && !isMarketing(id)])) : answers;

/** Records a deed and puts it into effect. Children are not asked, and no click of theirs can consent. */
export const record = (
  action: Deed['action'],
  answers: Answers,
  apart: Answers,
  source: Source,
  synthetic = false,
): void => {
  if (IS_HELD) return;
  const deed: Deed = { action, purposes: answers, services: apart, source, synthetic };
  if (shown) deed.shown = shown;
  if (SILENCE_GRANTS) Object.assign(deed, { purposes: heeded(answers), services: heeded(apart) });
  const now = Date.now();
  const choice = toChoice(deed, current, now, services);
  if (HAS_SUSPENDED && action === 'signal') keepMarks(choice._answers, keptMarks(current._answers));
  // Before it is written down, which takes the browser longer than all the rest: what was granted starts at once.
  const news = { ...apply(choice), action, source };
  // A tag that started may have chosen again.
  writeChoice(current);
  if (HAS_TRACES && news.removed[0])
    deed.removed = [...new Set(news.removed)].slice(0, 64).map((name) => name.slice(0, 255));
  enqueue(toDecision(deed, keepSecret(), setting(), now));
  emit('choice', news);
  emit('change', news);
};

/** Grants what `ids` names, purposes or services, and refuses the rest. */
export const decide = (action: Deed['action'], ids: readonly string[], source: Source, synthetic?: boolean): void => {
  const answers = answersOf(purposes, (id) => ids.includes(id));
  // In the notice's order, as the server writes the cookie.
  const apart = services.filter(({ _id, _purpose }) => ids.includes(_id) && answers[_purpose] === false);
  record(action, answers, answersFrom(apart.map(({ _id }) => [_id, true])), source, synthetic);
};

export const acceptAll = (source: Source, synthetic?: boolean): void => {
  const held = signalled && !has('marketing');
  decide(
    held ? 'save' : 'accept-all',
    purposes.filter((id) => !held || id !== 'marketing'),
    source,
    synthetic,
  );
};

/** Records the browser's signal once per visitor; what was granted before it is withdrawn. */
export const recordSignal = (): void => {
  if (IS_HELD || !signalled || readMirror().gpc || (!SILENCE_GRANTS && current._answers.marketing === false)) return;
  changeMirror({ gpc: true });
  record('signal', { marketing: false }, {}, 'gpc');
};

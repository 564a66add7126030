import { notice, purposes, services } from 'assent:config';
import { type Answers, answersOf, type Choice } from './choice.ts';
import { clearRefused } from './clear.ts';
import type { Change, Source } from './contract.ts';
import { type Deed, toChoice, toDecision } from './decision.ts';
import { emit } from './events.ts';
import { sweep } from './gate.ts';
import { consentUpdate, setLanding, switchMeasurement } from './google.ts';
import { takeLanding } from './landing.ts';
import { language } from './language.ts';
import { enqueue } from './outbox.ts';
import { keepSecret } from './secret.ts';
import { snapshot } from './snapshot.ts';
import { current, has, setChoice } from './state.ts';
import { changeMirror, readMirror, writeChoice } from './storage.ts';
import { nowSeconds } from './time.ts';
import { tellVendors } from './vendors/vendors.ts';

/** The browser's opt-out (Global Privacy Control): never a consent, and no "accept all" overrules it. */
export const signalled: boolean = HAS_MARKETING && navigator.globalPrivacyControl === true;

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

/** Records a deed and puts it into effect. */
export const record = (
  action: Deed['action'],
  answers: Answers,
  apart: Answers,
  source: Source,
  synthetic = false,
): void => {
  const deed: Deed = { action, purposes: answers, services: apart, source, synthetic };
  const choice = toChoice(deed, current, nowSeconds(), services);
  writeChoice(choice);
  const news = { ...apply(choice), action, source };
  if (HAS_TRACES && news.removed[0])
    deed.removed = [...new Set(news.removed)].slice(0, 64).map((name) => name.slice(0, 255));
  if (REGIME !== 'opt-in') deed.regime = REGIME;
  enqueue(toDecision(deed, keepSecret(), notice, language._language, location, Date.now()));
  emit('choice', news);
  emit('change', news);
};

/** Grants what `ids` names, purposes or services, and refuses the rest. */
export const decide = (action: Deed['action'], ids: readonly string[], source: Source, synthetic?: boolean): void => {
  const answers = answersOf(purposes, (id) => ids.includes(id));
  const apart = ids.filter((id) => services.some(({ _id, _purpose }) => _id === id && answers[_purpose] === false));
  record(
    action,
    answers,
    answersOf(apart, () => true),
    source,
    synthetic,
  );
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
  if (!signalled || readMirror().gpc || current._answers.marketing === false) return;
  changeMirror({ gpc: true });
  record('signal', { marketing: false }, {}, 'gpc');
};

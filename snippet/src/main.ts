import { install, isInstalled } from './api.ts';
import { startGuard } from './block/guard.ts';
import { startReport } from './block/report.ts';
import { apply, recordSignal } from './decide.ts';
import { emit } from './events.ts';
import { tellExposures } from './exposure.ts';
import { watch } from './gate.ts';
import { consentDefault } from './google.ts';
import { showNotice, startNotice } from './notice/notice.ts';
import { flush } from './outbox.ts';
import { selfTest } from './selftest.ts';
import { snapshot } from './snapshot.ts';
import { current, setChoice } from './state.ts';
import { readChoice, writeChoice } from './storage.ts';
import { keepInStep } from './sync.ts';
import { tellChange } from './upcoming.ts';
import { holdVendors } from './vendors/vendors.ts';
import { withVisitor } from './visitor.ts';

// Sites for children ask nothing.
const nothing = (): void => {};

const start = (): void => {
  const choice = IS_MINOR ? current : readChoice();
  // Consent Mode's default says what silence grants.
  if (SILENCE_GRANTS) setChoice(choice);
  if (HAS_AUTOBLOCK) startGuard();
  consentDefault();
  if (HAS_ADAPTERS) holdVendors();
  if (REGIME === 'child-directed') watch(nothing, nothing);
  else watch(showNotice, (embed) => withVisitor((visitor) => visitor._cover(embed)));
  apply(choice);
  writeChoice(choice);
  if (REGIME !== 'child-directed') keepInStep((latest) => IS_MINOR || emit('change', apply(latest)));
  if (REGIME !== 'child-directed') recordSignal();
  install();
  flush();
  for (const moment of ['online', 'visibilitychange']) addEventListener(moment, flush);
  emit('ready', snapshot());
  if (REGIME !== 'child-directed') tellExposures();
  if (REGIME !== 'child-directed') startNotice();
  if (HAS_REPORT) startReport();
  if (HAS_CHANGE) tellChange();
  if (/assent-check/.test(location.search)) selfTest();
};

if (!isInstalled) start();

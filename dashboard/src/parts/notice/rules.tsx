import type { Notice } from '../../../../schemas/types.gen.ts';
import { edit } from '../../draft.ts';
import { t } from '../../language.ts';
import { Choice, Field, TextField } from './fields.tsx';

/** By which rules visitors are asked, and what happens around it. */
export const RulesTab = ({ notice }: { notice: Notice }) => (
  <fieldset>
    <legend>{t.noticePage.rules}</legend>
    <Choice
      pointer="/regime"
      label={t.noticePage.regime}
      value={notice.regime || 'auto'}
      options={t.noticePage.regimes}
      onChange={(regime) => edit({ regime })}
    />
    <Choice
      pointer="/ageQuestion"
      label={t.noticePage.ageQuestion}
      hint={t.noticePage.ageQuestionHint}
      value={notice.ageQuestion ? 'on' : 'off'}
      options={t.noticePage.ageQuestions}
      onChange={(asked) => edit({ ageQuestion: asked === 'on' })}
    />
    <Field pointer="/lifetimeDays" label={t.noticePage.lifetime} hint={t.noticePage.lifetimeHint}>
      {(control) => (
        <input
          {...control}
          type="number"
          min={1}
          max={395}
          value={notice.lifetimeDays || 180}
          onInput={(event) => edit({ lifetimeDays: Math.round(event.currentTarget.valueAsNumber) || 0 })}
        />
      )}
    </Field>
    <TextField
      pointer="/privacyPolicy"
      label={t.noticePage.privacyPolicy}
      hint={t.noticePage.privacyPolicyHint}
      value={notice.privacyPolicy ?? ''}
      onChange={(privacyPolicy) => edit({ privacyPolicy })}
    />
    <TextField
      pointer="/controller/name"
      label={t.noticePage.controller}
      hint={t.noticePage.controllerHint}
      value={notice.controller?.name ?? ''}
      onChange={(name) => edit({ controller: { ...notice.controller, name } })}
    />
    <TextField
      pointer="/controller/address"
      label={t.noticePage.controllerAddress}
      value={notice.controller?.address ?? ''}
      onChange={(address) => edit({ controller: { ...notice.controller, address } })}
    />
    <TextField
      pointer="/controller/contact"
      label={t.noticePage.controllerContact}
      hint={t.noticePage.controllerContactHint}
      value={notice.controller?.contact ?? ''}
      onChange={(contact) => edit({ controller: { ...notice.controller, contact } })}
    />
    <Choice
      pointer="/autoBlock"
      label={t.noticePage.autoBlock}
      hint={t.noticePage.autoBlockHint}
      value={notice.autoBlock || 'off'}
      options={t.noticePage.autoBlocks}
      onChange={(autoBlock) => edit({ autoBlock })}
    />
    <Choice
      pointer="/consentMode"
      label={t.noticePage.consentMode}
      value={notice.consentMode || 'basic'}
      options={t.noticePage.consentModes}
      onChange={(consentMode) => edit({ consentMode })}
    />
  </fieldset>
);

import { batch, computed, signal } from '@preact/signals';
import type { ExperimentOrder, Finding, Notice, PublicationOrder, Review, Site } from '../../schemas/types.gen.ts';
import { call, type Failure } from './api.ts';
import { accept } from './failure.ts';
import { forgetLinks, unreached } from './links.ts';
import { measured, objections } from './measured.ts';
import { keep } from './sites.ts';

/** The notice as it is being written here; undefined until it is there. */
export const draft = signal<Notice | undefined>(undefined);
/** The server's word on what it has of it. */
export const review = signal<Review | undefined>(undefined);

/** Whether the server has what is written here; `stale` is that somebody else wrote in between. */
export type Saving = 'saved' | 'waiting' | 'stale' | 'failed';
export const saving = signal<Saving>('saved');

/** What is wrong with the form of the draft, for which the server did not take it. */
const refused = signal<Finding[]>([]);

/** What stands against publishing, errors first. */
export const findings = computed<Finding[]>(() => {
  if (refused.value.length) return refused.value;
  return [
    ...(measured.value ? objections(measured.value) : []),
    ...(review.value?.findings ?? []),
    ...unreached(draft.value),
  ];
});

/** What is wrong in one member, by its JSON Pointer. */
export const faultAt = (pointer: string): Finding | undefined =>
  findings.value.find((finding) => finding.pointer === pointer);

const patience = 500; // Milliseconds without a change after which it is saved.
let timer = 0;
let site = '';

/** Reads a site's draft. */
export const load = async (id: string): Promise<void> => {
  clearTimeout(timer);
  site = id;
  const answer = await call<Review>('GET', `sites/${id}/draft`);
  if (site !== id || !accept(answer)) return;
  batch(() => {
    review.value = answer.value;
    draft.value = answer.value.draft.notice;
    refused.value = [];
    saving.value = 'saved';
  });
};

/** Changes members of the draft, which is saved a moment later. */
export const edit = (change: Partial<Notice>): void => {
  draft.value = { ...draft.value, ...change };
  if (saving.value === 'stale') return;
  saving.value = 'waiting';
  clearTimeout(timer);
  timer = window.setTimeout(() => void save(), patience);
};

const save = async (): Promise<void> => {
  const [id, written] = [site, draft.value];
  const answer = await call<Review>('PUT', `sites/${id}/draft`, written, {
    'If-Match': `"${review.value?.draft.revision}"`,
  });
  if (id !== site) return;
  if (!answer.ok) return reject(answer.failure);
  batch(() => {
    review.value = answer.value;
    refused.value = [];
    // What was written meanwhile goes over this revision.
    if (draft.value === written) saving.value = 'saved';
    else edit({});
  });
};

const reject = (failure: Failure): void => {
  const status = failure.kind === 'http' ? failure.status : 0;
  const faults = failure.kind === 'http' ? (failure.faults ?? []) : [];
  saving.value = status === 412 ? 'stale' : 'failed';
  if (status === 422) refused.value = faults.map((fault) => ({ severity: 'error', rule: '', ...fault }));
};

/** When a notice takes effect, and what is said of it. */
export interface Plan {
  /** As inputs of dates have it, at the beginning of the day here; empty for at once. */
  day: string;
  /** What changes, in the owner's words, by language. */
  summary: Record<string, string>;
}

const orderOf = ({ day, summary }: Plan): PublicationOrder => {
  const said = Object.entries(summary).filter(([, text]) => text.trim());
  return {
    ...(day && { at: new Date(`${day}T00:00`).toISOString() }),
    ...(said.length && { summary: Object.fromEntries(said) }),
  };
};

/** Publishes the draft as planned; returns why it did not work. */
export const publish = (plan: Plan): Promise<Failure | undefined> => send(orderOf(plan));

/** Publishes an earlier notice again; returns why it did not work. */
export const publishAgain = (notice: string): Promise<Failure | undefined> => send({ notice });

const send = async (order: PublicationOrder): Promise<Failure | undefined> => {
  const answer = await call<Site>('POST', `sites/${site}/publications`, order, {
    'If-Match': `"${review.value?.draft.revision}"`,
  });
  if (!answer.ok) return answer.failure;
  keep(answer.value);
  await load(site);
  return undefined;
};

/** Gives up what is announced; returns why it did not work. */
export const withdraw = async (): Promise<Failure | undefined> => {
  const answer = await call<Site>('DELETE', `sites/${site}/announcement`);
  if (!answer.ok) return answer.failure;
  keep(answer.value);
  return undefined;
};

/** Shows the draft to a share of the visitors, in per cent; returns why it did not work. */
export const tryOut = async (share: number): Promise<Failure | undefined> => {
  const order: ExperimentOrder = { variants: [{ share }] };
  const answer = await call<Site>('POST', `sites/${site}/experiments`, order, {
    'If-Match': `"${review.value?.draft.revision}"`,
  });
  if (!answer.ok) return answer.failure;
  keep(answer.value);
  return undefined;
};

/** Begins the draft anew from what is published; returns why it did not work. */
export const discard = async (): Promise<Failure | undefined> => {
  const answer = await call<Review>('DELETE', `sites/${site}/draft`, undefined, {
    'If-Match': `"${review.value?.draft.revision}"`,
  });
  if (!answer.ok) return answer.failure;
  await load(site);
  return undefined;
};

/** Forgets it all, so that the next user of this browser sees none of it. */
export const forgetDraft = (): void => {
  clearTimeout(timer);
  site = '';
  batch(() => {
    draft.value = undefined;
    review.value = undefined;
    measured.value = undefined;
    forgetLinks();
    refused.value = [];
  });
};

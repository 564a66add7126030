type Outcome = 'accepted' | 'refused' | 'partial' | 'ignored';

/** English texts of experiments with the notice. */
export const experimentPage = {
  title: 'Experiment',
  none: 'Try a notice before you publish it',
  noneLead:
    'Write another wording or another look as the draft of the notice, and show it to a share of the visitors. This page then says what it changes, and whether that is more than chance.',
  toNotice: 'Write a draft',

  start: 'Or try it first',
  startLead:
    'A share of the visitors is shown the draft, the others what is published. You see at any time what differs.',
  share: 'Share of the visitors',
  shares: (percent: string) => `${percent} of the visitors`,
  submit: 'Start the experiment',
  otherwise:
    'Only texts and look can be tried. What is asked for, and by which rules, has to be the same for all, so that answers can be compared and nobody is asked twice.',
  runs: 'An experiment runs. Publishing ends it.',
  toExperiment: 'See the experiment',
  refused: 'It cannot be tried like this: mend what is marked.',
  untold:
    'Visitors cannot be told apart: requests come through a proxy that the server does not know. Start it with --trusted-proxy.',

  running: (since: string, by: string) => `Running since ${since}${by && `, started by ${by}`}.`,
  ended: (since: string, until: string) => `Ran from ${since} to ${until}.`,
  counted: (from: string) => `Visitors count from ${from} on: whoever came before had met A.`,
  adopted: (letter: string) => `${letter} was published.`,
  verdicts: {
    found: 'This differs',
    same: 'No difference of two points or more',
    open: 'No difference can be told yet',
    few: 'Too early to tell',
  },
  needed: (n: string) => `After about ${n} more visitors a difference of two points would show for certain.`,
  certain: 'Look as often as you like: all intervals here hold together 95 times in 100.',
  finding: (outcome: Outcome, letter: string, points: string, isMore: boolean) =>
    `With ${letter}, the share of visitors who ${
      {
        accepted: 'accept everything',
        refused: 'refuse everything',
        partial: 'choose for themselves',
        ignored: 'give no answer',
      }[outcome]
    } is ${points} points ${isMore ? 'higher' : 'lower'} than with A.`,
  steers: (letter: string) =>
    `Fewer visitors refuse with ${letter}. Before you publish it, make sure that refusing is as easy to find and to understand as accepting: a notice must not steer (EDPB Guidelines 03/2022).`,
  split:
    'Visitors were not shared out as asked for, so the arms cannot be compared. Something between them and the server keeps or changes the script, a proxy was not named, or pages pin the script and always show A.',
  bounded:
    'On some day more visitors came than are told apart: shares of all but “no answer” are too high, in every arm.',

  arms: 'What visitors are shown',
  arm: (letter: string, percent: string) => `${letter}, ${percent} of the visitors`,
  published: 'published',
  table: 'What they did',
  outcome: 'Outcome',
  visitors: 'Visitors',
  outcomes: {
    accepted: 'Accepted everything',
    refused: 'Refused everything',
    partial: 'Chose for themselves',
    ignored: 'No answer',
  },
  against: (letter: string) => `${letter} against A`,
  few: 'too few visitors',
  same: 'less than two points either way',
  between: (lowest: string, highest: string) => `${lowest} to ${highest} points`,
  apart: (hidden: string, synthetic: string, bots: string) =>
    `Left out: ${hidden} from whom a blocker hid it, ${synthetic} answered by an extension, ${bots} by programs that say so. Each visitor counts once a day.`,

  end: 'End the experiment',
  endHint: 'Everybody is shown A again.',
  publish: (letter: string) => `Publish ${letter}`,
  publishHint: 'It becomes the notice for everybody. Nobody is asked again.',
  stale: 'Somebody else was faster. Load the page again.',
  earlier: 'Experiments',
  one: (from: string) => `From ${from}`,
};

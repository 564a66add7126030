import { Gate, useAssent } from './use-assent';

export const Page = () => (
  <>
    <p>Visits are {useAssent('analytics') ? '' : 'not '}counted.</p>
    <Gate name="youtube" otherwise={<button onClick={() => window.assent?.open()}>Choose to see the video</button>}>
      <iframe title="Video" src="https://www.youtube-nocookie.com/embed/ID" />
    </Gate>
  </>
);

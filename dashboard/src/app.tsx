import { t } from './language.ts';
import { CodeStep } from './pages/code.tsx';
import { Join } from './pages/join.tsx';
import { SetUp } from './pages/setup.tsx';
import { SignIn } from './pages/signin.tsx';
import { Problem } from './parts/problem.tsx';
import { Shell } from './parts/shell.tsx';
import { Skeleton } from './parts/skeleton.tsx';
import { invitationToken, loadSession, session, setupToken } from './session.ts';

/** The page that fits the session. */
export const App = () => {
  const current = session.value;
  switch (current.state) {
    case 'loading':
      return <Skeleton label={t.loading} />;
    case 'failed':
      return (
        <main class="lone">
          <Problem failure={current.failure} retry={loadSession} />
        </main>
      );
    case 'setup':
      return <SetUp token={setupToken(location.hash)} />;
    case 'signed-out':
      if (invitationToken(location.hash)) return <Join token={invitationToken(location.hash)} />;
      return <SignIn expired={current.expired} />;
    case 'code-due':
      return <CodeStep />;
    case 'signed-in':
      return <Shell email={current.email} arrived={current.arrived} />;
  }
};

import { render } from 'preact';
import { App } from './app.tsx';
import { language } from './language.ts';
import { loadSession } from './session.ts';
import './style/tokens.css';
import './style/base.css';
import './style/frame.css';
import './style/form.css';
import './style/figures.css';
import './style/rates.css';
import './style/tables.css';
import './style/notice.css';
import './style/people.css';
import './style/decisions.css';
import './style/integrations.css';
import './style/requests.css';
import './style/reviews.css';
import './style/experiment.css';
import './style/factors.css';

const root = document.getElementById('app');
if (root) {
  document.documentElement.lang = language;
  render(<App />, root);
  void loadSession();
}

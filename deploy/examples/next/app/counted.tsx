'use client';

import { useAssent } from './use-assent';

export const Counted = () => <p>Visits are {useAssent('analytics') ? '' : 'not '}counted.</p>;

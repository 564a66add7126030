import type { Finding } from '../contract.ts';

export const wrong = (code: string, text: string): Finding => ({ code, level: 'wrong', text });
export const doubt = (code: string, text: string): Finding => ({ code, level: 'doubt', text });
export const fine = (code: string, text: string): Finding => ({ code, level: 'fine', text });

import { createServer, type Socket } from 'node:net';
import { until } from './browser.ts';

// What the server says to each command; none of the others is needed.
const answers: Record<string, string> = {
  EHLO: '250 mailbox',
  HELO: '250 mailbox',
  MAIL: '250 ok',
  RCPT: '250 ok',
  RSET: '250 ok',
  NOOP: '250 ok',
  DATA: '354 go on',
  QUIT: '221 bye',
};

/** Takes messages over SMTP on a free port of this machine, and keeps them. */
export const openMailbox = async () => {
  const messages: string[] = [];
  const receive = (socket: Socket): void => {
    let text = '';
    let isMessage = false;
    const take = (line: string): void => {
      if (!isMessage) {
        socket.write(`${answers[line.slice(0, 4).toUpperCase()] ?? '502 unknown'}\r\n`);
        isMessage = /^DATA$/i.test(line);
        if (isMessage) messages.push('');
      } else if (line === '.') {
        isMessage = false;
        socket.write('250 kept\r\n');
      } else messages[messages.length - 1] += `${line}\n`;
    };
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      text += chunk;
      const lines = text.split('\r\n');
      text = lines.pop()!;
      for (const line of lines) take(line);
    });
    socket.write('220 mailbox\r\n');
  };
  const server = createServer(receive).listen(0, '127.0.0.1');
  await new Promise((listening) => server.once('listening', listening));
  server.unref();
  const { port } = server.address() as { port: number };
  return {
    port,
    /** The link of the n-th message, counted from 1, with what stands after the host. */
    link: async (n: number): Promise<string> => {
      await until(() => messages.length >= n && /\n$/.test(messages[n - 1]!), `message ${n}`);
      const whole = messages[n - 1]!.replaceAll('=\n', '').replaceAll('=3D', '=');
      return whole.match(/\/parental\/#[\w.-]+/)![0];
    },
    count: () => messages.length,
  };
};

import type { ReactNode } from 'react';

const assent = process.env.NEXT_PUBLIC_ASSENT ?? 'https://assent.example.com/s/SITE.js';

export default function Layout({ children }: { children: ReactNode }) {
  return (
    <html lang="en">
      <head>
        <script async src={assent} />
      </head>
      <body>
        {children}
        <script type="text/plain" data-assent="analytics" src="https://vendor.example/tag.js" />
      </body>
    </html>
  );
}

import Link from 'next/link';
import { Counted } from './counted';

export default function Page() {
  return (
    <main>
      <h1>Shop</h1>
      <Counted />
      <Link href="/pricing">Pricing</Link>
    </main>
  );
}

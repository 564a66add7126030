import Link from 'next/link';

export default function Pricing() {
  return (
    <main>
      <h1>Pricing</h1>
      <iframe title="Video" data-assent="youtube" data-src="https://vendor.example/video.html" />
      <Link href="/">Shop</Link>
    </main>
  );
}

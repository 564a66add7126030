interface Props {
  /** Modules in a row. */
  size: number;
  path: string;
  label: string;
}

const quiet = 4; // Modules around it that cameras need (ISO/IEC 18004).

/** A QR code. It stays dark on light in every scheme, because not every camera reads the reverse. */
export const Qr = ({ size, path, label }: Props) => (
  <svg
    class="qr"
    viewBox={`${-quiet} ${-quiet} ${size + 2 * quiet} ${size + 2 * quiet}`}
    role="img"
    aria-label={label}
    shape-rendering="crispEdges"
  >
    <path d={path} />
  </svg>
);

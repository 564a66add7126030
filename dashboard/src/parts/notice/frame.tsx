import { useEffect, useRef, useState } from 'preact/hooks';
import type { Preview as Address } from '../../../../schemas/types.gen.ts';
import { call } from '../../api.ts';
import { type Measured, measured } from '../../measured.ts';
import { useMeasure } from '../measure.ts';

const height = 640;

/**
 * Where a notice can be looked at: a published one, or the draft of a revision. What cannot be shown yet, because the
 * draft is at fault, leaves the last one that could.
 */
export const useAddress = (
  site: string,
  version: string | undefined,
  revision: number | undefined,
  glance: Record<string, string>,
) => {
  const [address, setAddress] = useState('');
  const query = new URLSearchParams(version ? { ...glance, notice: version } : glance).toString();
  useEffect(() => {
    let current = true;
    void call<Address>('GET', `sites/${site}/preview?${query}`).then((answer) => {
      if (current && answer.ok) setAddress(answer.value.address);
    });
    return () => {
      current = false;
    };
  }, [site, query, revision]);
  return address;
};

interface Props {
  address: string;
  width: number;
  /** Whether what it measures is about the draft. */
  isDraft?: boolean;
  title: string;
}

/** A notice with its real script, in a frame that can do nothing else, made as small as there is room. */
export const Frame = ({ address, width, isDraft = false, title }: Props) => {
  const room = useMeasure();
  const frame = useRef<HTMLIFrameElement>(null);
  useEffect(() => {
    const listen = ({ source, data }: MessageEvent<Measured>) => {
      if (isDraft && source && source === frame.current?.contentWindow) measured.value = data;
    };
    addEventListener('message', listen);
    return () => removeEventListener('message', listen);
  }, [isDraft]);
  const scale = room.width ? Math.min(1, room.width / width) : 1;
  return (
    <div ref={room.ref} class="stage" style={{ blockSize: `${height * scale}px` }}>
      {address && (
        <iframe
          ref={frame}
          title={title}
          src={address}
          sandbox="allow-scripts"
          width={width}
          height={height}
          style={{ transform: `scale(${scale})` }}
        />
      )}
    </div>
  );
};

import { useLocalStorage } from '@mantine/hooks';
import { useState } from 'react';
import type { Scan } from '../../../../src/contracts/api/scans.ts';
import type { ProblemBody } from '../../api.ts';
import { ApiProblem } from '../../api.ts';
import { words } from '../../words/words.ts';

export interface UploadWish {
  readonly assetId: string;
  readonly file: File;
  readonly branch: string;
  readonly category: string;
  readonly coverage: 'complete' | 'partial';
  /** The one that it is part of, or none. */
  readonly assessmentId: string;
}

export interface Upload {
  readonly scanId: string;
  readonly file: string;
}

const keptMax = 10;

/** Uploads of this browser: they are found again after a reload, since the server has each from its first answer on. */
export function useUploads() {
  const [uploads, setUploads] = useLocalStorage<readonly Upload[]>({ key: 'patchboard-uploads', defaultValue: [], getInitialValueInEffect: false });
  const [percent, setPercent] = useState<number | null>(null);
  const [error, setError] = useState<Error | null>(null);
  const send = async (wish: UploadWish) => {
    setError(null);
    setPercent(0);
    try {
      const scan = await sendReport(wish, setPercent);
      setUploads((before) => [{ scanId: scan.id, file: wish.file.name }, ...before].slice(0, keptMax));
      return scan;
    } catch (fault) {
      setError(fault instanceof Error ? fault : new Error(String(fault)));
      return null;
    } finally {
      setPercent(null);
    }
  };
  const dismiss = (scanId: string) => setUploads((before) => before.filter((one) => one.scanId !== scanId));
  return { uploads, percent, error, send, dismiss };
}

/** `fetch` does not say how far it is. */
function sendReport(wish: UploadWish, tell: (percent: number) => void): Promise<Scan> {
  const query = new URLSearchParams({ trigger: 'manual', coverage: wish.coverage });
  for (const name of ['branch', 'category', 'assessmentId'] as const) {
    if (wish[name] !== '') {
      query.set(name, wish[name]);
    }
  }
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', `/api/v1/assets/${wish.assetId}/scans?${query.toString()}`);
    request.setRequestHeader('content-type', 'application/octet-stream');
    request.upload.addEventListener('progress', ({ loaded, total }) => tell(Math.round((loaded / total) * 100)));
    request.addEventListener('error', () => reject(new Error(words.failed.offline)));
    request.addEventListener('load', () => {
      if (request.status === 202) {
        resolve(JSON.parse(request.responseText) as Scan);
        return;
      }
      reject(problemOf(request));
    });
    request.send(wish.file);
  });
}

function problemOf(request: XMLHttpRequest): Error {
  try {
    return new ApiProblem(JSON.parse(request.responseText) as ProblemBody);
  } catch {
    return new Error(words.failed.noAnswer(request.status));
  }
}

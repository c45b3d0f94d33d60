import '@mantine/dropzone/styles.css';
import { Button, CloseButton, Group, Progress, Select, SimpleGrid, Stack, Text, TextInput } from '@mantine/core';
import { Dropzone } from '@mantine/dropzone';
import { IconFileUpload } from '@tabler/icons-react';
import { useState } from 'react';
import { Failed } from '../../kit/faces.tsx';
import { Panel } from '../../kit/panel.tsx';
import { words } from '../../words/words.ts';
import { useAssessments } from '../assessments/queries.ts';
import { useAssets } from '../assets/queries.ts';
import { useScan } from './queries.ts';
import { ScanResult } from './scan-result.tsx';
import { ScanStatus } from './scan-rows.tsx';
import type { Upload } from './uploads.ts';
import { useUploads } from './uploads.ts';

/** A report is dropped; its way is shown from the first byte to the result. */
export function UploadPanel({ assetId: given, assessmentId: part }: { readonly assetId: string | undefined; readonly assessmentId: string | undefined }) {
  const assets = useAssets();
  const items = assets.data?.items ?? [];
  const [chosen, setChosen] = useState<string | null>(given ?? null);
  const assetId = chosen ?? (items.length === 1 ? (items[0]?.id ?? null) : null);
  const running = (useAssessments(assetId).data?.items ?? []).filter(({ status }) => status === 'running');
  const [wanted, setWanted] = useState<string | null>(part ?? null);
  const assessmentId = running.find(({ id }) => id === wanted)?.id ?? '';
  const [file, setFile] = useState<File | null>(null);
  const [branch, setBranch] = useState('');
  const [category, setCategory] = useState('');
  const [coverage, setCoverage] = useState<'complete' | 'partial'>('complete');
  const { uploads, percent, error, send, dismiss } = useUploads();
  const submit = async () => {
    if (file !== null && assetId !== null && (await send({ assetId, file, branch, category, coverage, assessmentId })) !== null) {
      setFile(null);
    }
  };
  return (
    <Panel title={words.scans.upload}>
      <Dropzone onDrop={(files) => setFile(files[0] ?? null)} multiple={false} loading={percent !== null} aria-label={words.scans.drop} inputProps={{ 'aria-label': words.scans.drop }}>
        <Group justify="center" gap="md" mih={90} style={{ pointerEvents: 'none' }}>
          <IconFileUpload size={40} stroke={1.3} aria-hidden />
          <Stack gap={2}>
            <Text fw={600}>{file === null ? words.scans.drop : file.name}</Text>
            <Text size="sm" c="dimmed">
              {words.scans.dropHint}
            </Text>
          </Stack>
        </Group>
      </Dropzone>
      <SimpleGrid cols={{ base: 1, sm: 2, lg: 4 }}>
        <Select label={words.scans.asset} required searchable value={assetId} onChange={setChosen} data={items.map(({ id, name }) => ({ value: id, label: name }))} />
        <TextInput label={words.scans.branch} placeholder={words.scans.branchHint} value={branch} onChange={(event) => setBranch(event.currentTarget.value)} />
        <TextInput label={words.scans.category} placeholder={words.scans.categoryHint} value={category} onChange={(event) => setCategory(event.currentTarget.value)} />
        <Select
          label={words.scans.coverage}
          allowDeselect={false}
          value={coverage}
          onChange={(value) => setCoverage(value === 'partial' ? 'partial' : 'complete')}
          data={[
            { value: 'complete', label: words.scans.complete },
            { value: 'partial', label: words.scans.partial },
          ]}
        />
        {running.length === 0 ? null : (
          <Select
            label={words.assessments.uploadsTo}
            clearable
            clearButtonProps={{ 'aria-label': `${words.remove}: ${words.assessments.uploadsTo}` }}
            value={assessmentId === '' ? null : assessmentId}
            onChange={setWanted}
            data={running.map(({ id, title }) => ({ value: id, label: title }))}
          />
        )}
      </SimpleGrid>
      {percent === null ? null : (
        <Stack gap={4}>
          <Text size="sm" aria-live="polite">
            {words.scans.sending(percent)}
          </Text>
          <Progress value={percent} aria-label={words.scans.sending(percent)} />
        </Stack>
      )}
      {error === null ? null : <Failed error={error} />}
      <Group>
        <Button disabled={file === null || assetId === null} loading={percent !== null} onClick={() => void submit()}>
          {words.scans.send}
        </Button>
      </Group>
      {uploads.length === 0 ? null : (
        <Stack gap="xs" aria-label={words.scans.recent} role="group">
          {uploads.map((upload) => (
            <OneUpload key={upload.scanId} upload={upload} dismiss={() => dismiss(upload.scanId)} />
          ))}
        </Stack>
      )}
    </Panel>
  );
}

function OneUpload({ upload, dismiss }: { readonly upload: Upload; readonly dismiss: () => void }) {
  const scan = useScan(upload.scanId);
  if (scan.data === undefined) {
    return null;
  }
  const goesOn = scan.data.status === 'queued' || scan.data.status === 'processing';
  return (
    <Stack gap={4}>
      <Group gap="sm" aria-live="polite">
        <ScanStatus status={scan.data.status} />
        <Text size="sm" fw={600}>
          {upload.file}
        </Text>
        <ScanResult scan={scan.data} />
        <CloseButton size="sm" aria-label={`${words.scans.dismiss}: ${upload.file}`} onClick={dismiss} />
      </Group>
      {goesOn ? <Progress value={100} animated aria-label={words.scans.processing(scan.data.progress.findings)} /> : null}
    </Stack>
  );
}

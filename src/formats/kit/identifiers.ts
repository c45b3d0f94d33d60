import { listOf, loose, textOf } from './loose.ts';

/** Numbers of CWE in texts like `external/cwe/cwe-079`, `CWE-79: …`, `79`, in the order they are named. */
export function cweNumbers(...values: readonly unknown[]): readonly number[] {
  const found = values.flatMap(listOf).flatMap((value) => {
    const text = textOf(value) ?? '';
    const bare = /^\s*(\d{1,5})\s*$/u.exec(text);
    const named = bare === null ? text.matchAll(/cwe[-_/ :]{0,2}(\d{1,5})(?!\d)/giu) : [bare];
    return [...named].map((match) => Number(match[1]));
  });
  return [...new Set(found)].filter((number) => number > 0);
}

/** CVE ids named anywhere in the texts, upper case. */
export function cveIds(...values: readonly unknown[]): readonly string[] {
  const found = values
    .flatMap(listOf)
    .flatMap((value) => (textOf(value) ?? '').match(/\bCVE-\d{4}-\d{4,10}\b/giu) ?? []);
  return [...new Set(found.map((id) => id.toUpperCase()))];
}

const advisoryId =
  /^(?:CVE-\d{4}-\d{4,10}|GHSA(?:-[a-z0-9]{4}){3}|(?:OSV|PYSEC|GO|RUSTSEC|MAL|BIT|DLA|DSA|RHSA|USN|ALAS\w*|ALPINE-CVE|HSEC|CGA|TEMP|SNYK|NSWG|GMS|ELSA|openSUSE-SU|SUSE-SU)-[\w:.-]+)$/iu;

/** Whether a text is an advisory's id, and nothing else. */
export function isAdvisoryId(text: string): boolean {
  return advisoryId.test(text);
}

/** Ids of one advisory, each once: CVE upper case, GHSA as GitHub writes it. */
export function advisoryIds(...values: readonly unknown[]): readonly string[] {
  const found = values.flatMap(listOf).flatMap((value) => {
    const text = (textOf(value) ?? '').trim();
    if (text === '') {
      return [];
    }
    if (/^ghsa-/iu.test(text)) {
      return [`GHSA${text.slice(4).toLowerCase()}`];
    }
    return [/^cve-/iu.test(text) ? text.toUpperCase() : text];
  });
  return [...new Set(found)];
}

/** The GHSA id in an advisory's address, if it has one. */
export function ghsaIds(...values: readonly unknown[]): readonly string[] {
  const found = values
    .flatMap(listOf)
    .flatMap((value) => (textOf(value) ?? '').match(/GHSA(?:-[23456789cfghjmpqrvwx]{4}){3}/giu) ?? []);
  return advisoryIds(...found);
}

/** Addresses among the values that a person may follow. */
export function webAddresses(...values: readonly unknown[]): readonly string[] {
  const found = values.flatMap(listOf).flatMap((value) => {
    const text = textOf(value) ?? textOf(loose(value)['url']) ?? '';
    return /^https?:\/\/[^\s<>"]+$/iu.test(text.trim()) ? [text.trim()] : [];
  });
  return [...new Set(found)].slice(0, referencesMax);
}

const referencesMax = 20;

/** One entry of `Results`: a lock file, an operating system, a configuration file. */
export interface Target {
  /** A path; of an operating system the image with its tag, which is no identity. */
  readonly name: string;
  /** `os-pkgs`, `lang-pkgs`, `config`, `secret`. */
  readonly kind: string;
  readonly type: string | undefined;
  readonly image: boolean;
}

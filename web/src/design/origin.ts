/** Where figures come from: in words beside them, on pictures of them, and in the names of files. */
import { inject, provide, type InjectionKey } from 'vue'
import { i18n } from '@/words'

export interface Origin {
  scenario?: string
  samples?: number
  seed?: number
  city: string
  cityVersion: number
  digest?: string
  more?: string
}

/** What a file with figures of a run is named by. */
export interface Drawn {
  id: string
  city: string
  city_version: number
  scenario: string
  samples: number
  seed: number
  digest: string
}

/** What goes along with a picture that is taken of a page. */
export interface Source {
  lines: string[]
  /** How the names of files begin. */
  stem: string
}

export function partsOf(of: Origin): { text: string; title?: string }[] {
  const { t } = i18n.global
  const { scenario, samples, seed, digest, more } = of
  return [
    ...(scenario ? [{ text: `${t('design.scenario')} ${scenario}` }] : []),
    ...(samples ? [{ text: `${samples.toLocaleString('en-US')} ${t('design.samples')}` }] : []),
    ...(samples && seed !== undefined ? [{ text: `${t('design.seed')} ${seed}` }] : []),
    { text: `${of.city} ${t('design.version', { n: of.cityVersion })}` },
    ...(digest ? [{ text: `${t('design.digest')} ${digest.slice(0, 12)}`, title: digest }] : []),
    ...(more ? [{ text: more }] : []),
  ]
}

export function lineOf(of: Origin): string {
  return partsOf(of)
    .map((one) => one.text)
    .join(' · ')
}

/** As the server names the tables of a run. */
export function stemOf(run: Drawn): string {
  const drawn = run.samples ? [`${run.samples}-samples-seed-${run.seed}`] : []
  const digest = run.digest ? [run.digest.slice(0, 8)] : []
  return [run.city, `v${run.city_version}`, run.scenario || run.id, ...drawn, ...digest].join('-')
}

const MOST_WORDS = 60

/** The name of a file: where it comes from, then what it shows.
 * @param what a title; what follows its first dot is said by the source already */
export function fileNameOf(source: Source | undefined, what: string, ending: string): string {
  const [title = ''] = what.split(' · ')
  const words = title.replace(/[\s/\\:*?"<>|·,，、。()（）]+/g, '-').replace(/^-+|-+$/g, '')
  const name = [source?.stem, words.slice(0, MOST_WORDS)].filter(Boolean).join('-')
  return `${name}.${ending}`
}

const KEY: InjectionKey<() => Source | undefined> = Symbol('source')

/** Say for all below where their figures come from. */
export function provideSource(of: () => Source | undefined): void {
  provide(KEY, of)
}

export function useSource(): () => Source | undefined {
  return inject(KEY, () => undefined)
}

/** Figures of a run in words. */
import { i18n, lang, pick } from '@/words'
import { big, hours, share } from '@/words/format'
import type { KeyFigures, RunAbout } from '../data'

type Line = KeyFigures['city'][number]
const t = i18n.global.t

export function amount(unit: string, n: number | null | undefined): string {
  return t(`rehearse.unit.${unit}`, { n: big(n) })
}

export function amountH(unit: string, n: number | null | undefined): string {
  return t(`rehearse.unit.${unit}_h`, { n: big(n) })
}

/** Median time until so much is served again, and its range. */
export function timeSaid(times: Line['t90_h'], horizon: number): { median: string; range: string } {
  if (!times) return { median: '–', range: '' }
  const one = (value: number | null | undefined) =>
    value == null ? t('rehearse.run.over', { time: hours(horizon) }) : hours(value)
  if (!times.p95 && times.p95 !== null) return { median: t('rehearse.run.never_below'), range: '' }
  return {
    median: times.p50 === 0 ? t('rehearse.run.never_below') : one(times.p50),
    range: t('rehearse.run.range', { low: one(times.p5), high: one(times.p95) }),
  }
}

export function worstOf(figures: KeyFigures): Line | undefined {
  const first = figures.lifelines[0]?.id
  return figures.city.find((one) => one.lifeline === first)
}

export function outShare(line: Line): string {
  return share(line.people ? (line.without.mean ?? 0) / line.people : null)
}

export function lineName(figures: KeyFigures, id: string): string {
  const line = figures.lifelines.find((one) => one.id === id)
  return pick(line?.zh, line?.en) || id
}

interface Place {
  zone: string
  name: string
  name_en: string
  path_zh: string
  path_en: string
  region: string
}

/** A zone with its region and what lies between: grid cells of two streets share names. */
export function placeOf(figures: KeyFigures, one: Place): string {
  const region = figures.regions.find((each) => each.id === one.region)
  const inside = pick(one.path_zh, one.path_en) || pick(one.name, one.name_en) || one.zone
  const parts = [pick(region?.name, region?.name_en), inside]
  return parts.filter((part, n) => part && parts.indexOf(part) === n).join(' · ')
}

export function sentences(said: { zh: string[]; en: string[] }): string[] {
  return said[lang()]
}

export function titleOf(about: RunAbout): string {
  return pick(about.title.zh, about.title.en) || about.scenario?.name || about.run
}

/** Lines under a picture: what it shows, and what it rests on. */
export function captionOf(about: RunAbout): string[] {
  const city = pick(about.city.name, about.city.name_en)
  return [
    t('rehearse.run.caption', {
      scenario: titleOf(about),
      samples: about.samples ?? '–',
      seed: about.seed ?? '–',
      city,
      version: about.city_version,
      digest: about.digest.slice(0, 12),
    }),
  ]
}

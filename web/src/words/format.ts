/** Numbers, lengths of time and instants as people of each language write them. */
import { lang } from './index'

const NONE = '–'

export function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value)
}

/** A whole number with separators. */
export function count(value: number | null | undefined): string {
  return isNumber(value) ? Math.round(value).toLocaleString('en-US') : NONE
}

/** A large number short: 万 and 亿, or thousand and million. */
export function big(value: number | null | undefined, digits = 3): string {
  if (!isNumber(value)) return NONE
  const size = Math.abs(value)
  const steps: [number, string][] =
    lang() === 'zh'
      ? [
          [1e8, ' 亿'],
          [1e4, ' 万'],
        ]
      : [
          [1e9, ' bn'],
          [1e6, ' M'],
          [1e4, ' k'],
        ]
  for (const [step, word] of steps) {
    const per = step === 1e4 && lang() === 'en' ? 1e3 : step
    if (size >= step)
      return Number((value / per).toPrecision(digits)).toLocaleString('en-US') + word
  }
  return size >= 10 || Number.isInteger(value)
    ? count(value)
    : String(Number(value.toPrecision(digits)))
}

/** A share of one as a percentage. */
export function share(value: number | null | undefined, digits = 1): string {
  return isNumber(value) ? `${(value * 100).toFixed(digits)}%` : NONE
}

/** Hours as minutes, hours or days. */
export function hours(value: number | null | undefined): string {
  if (!isNumber(value)) return NONE
  const zh = lang() === 'zh'
  if (value === 0) return zh ? '0 小时' : '0 h'
  if (value < 1) return `${Math.max(1, Math.round(value * 60))} ${zh ? '分钟' : 'min'}`
  if (value < 48) return `${Number(value.toFixed(1))} ${zh ? '小时' : 'h'}`
  return `${Number((value / 24).toFixed(1))} ${zh ? '天' : 'd'}`
}

/** Hours as they are, for whoever points at a rounded figure. */
export function hoursExact(value: number | null | undefined): string {
  if (!isNumber(value)) return NONE
  const exact = value.toLocaleString('en-US', { maximumFractionDigits: 2 })
  return `${exact} ${lang() === 'zh' ? '小时' : 'h'}`
}

export function yuan(value: number | null | undefined): string {
  if (!isNumber(value)) return NONE
  return lang() === 'zh' ? `${big(value)}元` : `¥${big(value)}`
}

export function bytes(value: number): string {
  const units = ['B', 'kB', 'MB', 'GB']
  let at = 0
  while (value >= 1000 && at < units.length - 1) {
    value /= 1000
    at += 1
  }
  return `${Number(value.toPrecision(3))} ${units[at]}`
}

/** An instant on the clock of a place; the zone is told where it is not the reader's own. */
export function when(instant: string | null | undefined, zone?: string): string {
  if (!instant) return NONE
  const at = new Date(instant)
  if (Number.isNaN(at.getTime())) return instant
  const said: Intl.DateTimeFormatOptions = {
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }
  try {
    return new Intl.DateTimeFormat('sv-SE', { ...said, timeZone: zone || undefined }).format(at)
  } catch {
    return `${new Intl.DateTimeFormat('sv-SE', { ...said, timeZone: 'UTC' }).format(at)} UTC`
  }
}

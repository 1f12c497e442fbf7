/** Colours of classes, pale to strong on a light page and dark to bright on a dark one. */
import { dark } from '@/frame/theme'
import type { Scale } from './layers'

const LIGHT = ['#fdf1e3', '#fbd9b5', '#f6b580', '#ea8753', '#cf5b3c', '#a23430', '#691627']
const DARK = ['#2c2124', '#4d272b', '#7b3231', '#ad4a35', '#d87541', '#f2a865', '#ffdfae']
const GAIN_LIGHT = ['#8c510a', '#d8b365', '#f1e3c4', '#eceff1', '#c0e3de', '#5ab4ac', '#01665e']
const GAIN_DARK = ['#f0b35a', '#b98534', '#6b5330', '#2b353d', '#28504d', '#3a8f88', '#6fe0d5']

/** Seven colours from little to much. */
export function ramp(): string[] {
  return dark.value ? DARK : LIGHT
}

/** Seven colours from worse over the same to better. */
export function twoSided(): string[] {
  return dark.value ? GAIN_DARK : GAIN_LIGHT
}

/** Shares of one in seven classes; the first is next to nothing. */
export function shareScale(): Scale {
  return { breaks: [0.005, 0.05, 0.1, 0.25, 0.5, 0.75], colours: ramp() }
}

const LADDER_H = [0.25, 0.5, 1, 2, 4, 8, 12, 24, 48, 72, 168, 336, 720, 1440, 2160, 4320]

/** Hours in seven classes that follow what there is: a twentieth lies in the last. */
export function hoursScale(values: ArrayLike<number>): Scale {
  const out = Array.from(values).filter((v) => Number.isFinite(v) && v > 0)
  out.sort((a, b) => a - b)
  const usual = out[Math.floor(out.length * 0.95)] ?? 0
  const found = LADDER_H.findIndex((edge) => edge >= usual)
  const last = Math.max(4, found < 0 ? LADDER_H.length - 1 : found)
  return { breaks: [0.01, ...LADDER_H.slice(last - 4, last + 1)], colours: ramp() }
}

/** Differences in seven classes about nothing. */
export function differenceScale(values: ArrayLike<number>): Scale {
  const sizes = Array.from(values).filter(Number.isFinite).map(Math.abs)
  sizes.sort((a, b) => a - b)
  const usual = sizes[Math.floor(sizes.length * 0.95)] || sizes.at(-1) || 1
  const step = usual / 3 || 1
  return {
    breaks: [-2.5 * step, -1.5 * step, -0.5 * step, 0.5 * step, 1.5 * step, 2.5 * step],
    colours: twoSided(),
  }
}

/** Colours, widths and signs of assets that move with the hour. */
import { dark } from '@/frame/theme'
import type { Scale } from '@/map/layers'
import { shareScale } from '@/map/scales'
import { DAMAGED } from './frames'

/** What is in service stays in the background. */
export function quiet(): string {
  return dark.value ? 'rgba(150,165,178,.30)' : 'rgba(110,125,138,.34)'
}

/** Shares of samples: the more, the wider as well as the stronger. */
export function hourlyScale(): Scale {
  const { breaks, colours } = shareScale()
  return {
    breaks,
    colours: [quiet(), ...colours.slice(1)],
    sizes: [0.7, 0.9, 1.1, 1.3, 1.5, 1.7, 1.9],
  }
}

/** States in one sample: damage is a thick line and a full dot, want a thin line and a ring. */
export function stateScale(): Scale {
  const failed = dark.value ? '#ff7b72' : '#c81e1e'
  const cut = dark.value ? '#e8eef3' : '#17212b'
  return {
    breaks: [DAMAGED - 0.5, DAMAGED + 0.5],
    colours: [quiet(), failed, cut],
    sizes: [0.7, 2.4, 1.3],
    rings: [false, false, true],
  }
}

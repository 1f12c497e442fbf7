/** The map as a picture with its title, what its colours mean and where its figures come from. */
import { plateOf, type Said } from '@/design/plate'
import { pngOf } from '@/design/saving'
import { inkNow } from '@/frame/theme'

export function pictureOf(canvas: HTMLCanvasElement, said: Said): Promise<Blob> {
  const ratio = canvas.width / (canvas.clientWidth || canvas.width)
  return pngOf(plateOf(canvas, ratio, said, inkNow()))
}

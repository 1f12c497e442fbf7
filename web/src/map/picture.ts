/** The map as a picture with its title and where its figures come from. */

export function pictureOf(
  canvas: HTMLCanvasElement,
  title: string,
  lines: string[],
): Promise<Blob> {
  const ratio = canvas.width / (canvas.clientWidth || canvas.width)
  const top = 40 * ratio
  const foot = (12 + 20 * lines.length) * ratio
  const made = document.createElement('canvas')
  made.width = canvas.width
  made.height = canvas.height + top + foot
  const pen = made.getContext('2d')
  if (!pen) return Promise.reject(new Error('no canvas'))
  const style = getComputedStyle(document.documentElement)
  pen.fillStyle = style.getPropertyValue('--card')
  pen.fillRect(0, 0, made.width, made.height)
  pen.drawImage(canvas, 0, top)
  pen.fillStyle = style.getPropertyValue('--ink')
  const font = style.getPropertyValue('--font')
  pen.font = `600 ${18 * ratio}px ${font}`
  pen.fillText(title, 14 * ratio, 27 * ratio)
  pen.font = `${12 * ratio}px ${font}`
  lines.forEach((line, n) =>
    pen.fillText(line, 14 * ratio, canvas.height + top + (18 + 20 * n) * ratio),
  )
  return new Promise((done, fail) =>
    made.toBlob((blob) => (blob ? done(blob) : fail(new Error('no picture'))), 'image/png'),
  )
}

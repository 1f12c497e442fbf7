/** A picture with its title above, and what its colours mean and what it rests on below. */

export interface Row {
  colour: string
  text: string
  shape: 'dot' | 'line' | 'area'
}

export interface Legend {
  title: string
  rows: Row[]
}

export interface Said {
  title: string
  legends?: Legend[]
  lines: string[]
}

export interface Ink {
  card: string
  ink: string
  quiet: string
  line: string
  font: string
}

const EDGE = 14
const TITLE = { size: 18, step: 26, weight: 600 }
const HEAD = { size: 13, step: 22, weight: 600 }
const TEXT = { size: 12, step: 20, weight: 400 }
const SIGN = 14
type Face = typeof TEXT
type Draw = (pen: CanvasRenderingContext2D) => void

/** Text in lines no wider than this; Chinese breaks anywhere, other writing between words. */
export function wrapped(text: string, width: number, wide: (text: string) => number): string[] {
  const lines: string[] = []
  let line = ''
  for (const part of text.match(
    /[\u2e80-\u9fff\uff00-\uffef]|\s+|[^\s\u2e80-\u9fff\uff00-\uffef]+/g,
  ) ?? []) {
    if (line.trim() && wide(line + part.trimEnd()) > width) {
      lines.push(line.trimEnd())
      line = part.trimStart()
    } else line += part
  }
  return line.trim() ? [...lines, line.trimEnd()] : lines
}

/** Where each of some items stands that flow in lines: its line, and how far in. */
export function flowing(widths: number[], width: number): { line: number; at: number }[] {
  let [line, at] = [0, 0]
  return widths.map((each) => {
    if (at > 0 && at + each > width) [line, at] = [line + 1, 0]
    const place = { line, at }
    at += each
    return place
  })
}

class Sheet {
  readonly draws: Draw[] = []
  y = 0

  constructor(
    private readonly pen: CanvasRenderingContext2D,
    private readonly width: number,
    private readonly ink: Ink,
  ) {}

  text(text: string, face: Face, colour: string): void {
    this.pen.font = this.font(face)
    for (const line of wrapped(text, this.width - 2 * EDGE, (one) => this.wide(one))) {
      const y = this.y + face.step - 6
      this.draws.push((pen) => {
        pen.font = this.font(face)
        pen.fillStyle = colour
        pen.fillText(line, EDGE, y)
      })
      this.y += face.step
    }
  }

  legend(legend: Legend): void {
    this.text(legend.title, HEAD, this.ink.ink)
    this.pen.font = this.font(TEXT)
    const widths = legend.rows.map((row) => SIGN + 6 + this.wide(row.text) + 18)
    const places = flowing(widths, this.width - 2 * EDGE)
    legend.rows.forEach((row, n) => {
      const place = places[n]!
      this.row(row, EDGE + place.at, this.y + place.line * TEXT.step)
    })
    this.y += ((places.at(-1)?.line ?? -1) + 1) * TEXT.step
  }

  private row(row: Row, x: number, top: number): void {
    this.draws.push((pen) => {
      pen.fillStyle = row.colour
      pen.strokeStyle = this.ink.line
      pen.beginPath()
      if (row.shape === 'dot') pen.arc(x + SIGN / 2, top + 10, 5, 0, 2 * Math.PI)
      else if (row.shape === 'line') pen.rect(x, top + 8.5, SIGN, 3)
      else pen.rect(x, top + 5, SIGN, 10)
      pen.fill()
      if (row.shape === 'area') pen.stroke()
      pen.fillStyle = this.ink.ink
      pen.font = this.font(TEXT)
      pen.fillText(row.text, x + SIGN + 6, top + 14)
    })
  }

  gap(height: number): void {
    this.y += height
  }

  private font(face: Face): string {
    return `${face.weight} ${face.size}px ${this.ink.font}`
  }

  private wide(text: string): number {
    return this.pen.measureText(text).width
  }
}

/** The whole, as large as the picture is and no narrower.
 * @param ratio pixels of the picture to one of the page */
export function plateOf(
  picture: HTMLCanvasElement,
  ratio: number,
  said: Said,
  ink: Ink,
): HTMLCanvasElement {
  const made = document.createElement('canvas')
  const pen = made.getContext('2d')
  if (!pen) throw new Error('no canvas')
  const [width, height] = [picture.width / ratio, picture.height / ratio]
  const above = new Sheet(pen, width, ink)
  above.gap(6)
  above.text(said.title, TITLE, ink.ink)
  above.gap(6)
  const below = new Sheet(pen, width, ink)
  below.gap(6)
  for (const legend of said.legends ?? []) below.legend(legend)
  if (said.legends?.length) below.gap(4)
  for (const line of said.lines) below.text(line, TEXT, ink.quiet)
  below.gap(8)
  made.width = picture.width
  made.height = Math.ceil((above.y + height + below.y) * ratio)
  pen.scale(ratio, ratio)
  pen.fillStyle = ink.card
  pen.fillRect(0, 0, made.width, made.height)
  pen.drawImage(picture, 0, above.y, width, height)
  for (const draw of above.draws) draw(pen)
  pen.translate(0, above.y + height)
  for (const draw of below.draws) draw(pen)
  return made
}

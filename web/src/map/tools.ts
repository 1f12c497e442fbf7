/** Drawing on the map, one shape at a time. */
import type { Map as GlMap } from 'maplibre-gl'
import {
  TerraDraw,
  TerraDrawLineStringMode,
  TerraDrawPointMode,
  TerraDrawPolygonMode,
  TerraDrawRectangleMode,
} from 'terra-draw'
import { TerraDrawMapLibreGLAdapter } from 'terra-draw-maplibre-gl-adapter'
import type { At, Sketch, Tool } from './layers'

const MODES: Record<Tool, 'point' | 'linestring' | 'polygon' | 'rectangle'> = {
  box: 'rectangle',
  polygon: 'polygon',
  draw_point: 'point',
  draw_line: 'linestring',
  draw_polygon: 'polygon',
  measure: 'linestring',
  measure_area: 'polygon',
}

export class Tools {
  private readonly draw: TerraDraw
  private tool: Tool | undefined

  constructor(
    map: GlMap,
    colour: string,
    done: (sketch: Sketch) => void,
    drawn: (sketch: Sketch) => void,
  ) {
    const hex = colour as `#${string}`
    const styles = {
      fillColor: hex,
      outlineColor: hex,
      lineStringColor: hex,
      pointColor: hex,
      lineStringWidth: 3,
      outlineWidth: 2,
    }
    this.draw = new TerraDraw({
      adapter: new TerraDrawMapLibreGLAdapter({ map }),
      modes: [
        new TerraDrawPointMode({ styles: { pointColor: hex, pointWidth: 7 } }),
        new TerraDrawLineStringMode({
          styles: { lineStringColor: styles.lineStringColor, lineStringWidth: 3 },
        }),
        new TerraDrawPolygonMode({
          styles: { fillColor: hex, outlineColor: hex, outlineWidth: 2, fillOpacity: 0.15 },
        }),
        new TerraDrawRectangleMode({
          styles: { fillColor: hex, outlineColor: hex, outlineWidth: 2, fillOpacity: 0.15 },
        }),
      ],
    })
    this.draw.start()
    this.draw.on('finish', (id) => {
      const sketch = this.sketchOf(String(id))
      if (sketch) done(sketch)
    })
    this.draw.on('change', (ids) => {
      const sketch = ids.length ? this.sketchOf(String(ids.at(-1))) : undefined
      if (sketch) drawn(sketch)
    })
  }

  begin(tool: Tool): void {
    this.draw.clear()
    this.tool = tool
    this.draw.setMode(MODES[tool])
  }

  end(): void {
    this.tool = undefined
    this.draw.setMode('static')
  }

  clear(): void {
    this.draw.clear()
  }

  stop(): void {
    this.draw.stop()
  }

  private sketchOf(id: string): Sketch | undefined {
    const shape = this.draw.getSnapshot().find((each) => String(each.id) === id)?.geometry
    if (!shape || !this.tool) return undefined
    const tool = this.tool
    if (shape.type === 'Point') return { tool, shape: 'point', points: [shape.coordinates as At] }
    if (shape.type === 'LineString')
      return { tool, shape: 'line', points: shape.coordinates as At[] }
    if (shape.type === 'Polygon')
      return { tool, shape: 'polygon', points: (shape.coordinates[0] as At[]).slice(0, -1) }
    return undefined
  }
}

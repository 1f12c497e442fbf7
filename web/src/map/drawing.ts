/** Drawing on a map with one tool at a time: which is in use, and what it reads out. */
import type { Map as GlMap } from 'maplibre-gl'
import { computed, ref, type Ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { token } from '@/frame/theme'
import type { Sketch, Tool } from './layers'
import { areaM2, lengthM, metres, squareMetres } from './measuring'
import { Tools } from './tools'

/** The click that ends a drawing is not a pick as well. */
const AFTER_DRAWING_MS = 400

export interface Told {
  many: (sketch: Sketch) => void
  sketch: (sketch: Sketch) => void
  stopped: () => void
}

export function useDrawing(map: Ref<GlMap | undefined>, ready: Ref<boolean>, told: Told) {
  const { t } = useI18n()
  const active = ref<Tool>()
  const readout = ref('')
  let tools: Tools | undefined
  let drawnAt = -Infinity

  function begin(tool: Tool): void {
    const made = map.value
    if (!made || !ready.value) return
    tools ??= new Tools(made, token('accent'), finished, drawing)
    active.value = tool
    readout.value = ''
    made.doubleClickZoom.disable()
    tools.begin(tool)
    made.getCanvas().focus()
  }
  function drawing(sketch: Sketch): void {
    if (sketch.tool === 'measure')
      readout.value = `${t('map.length')} ${metres(lengthM(sketch.points))}`
    if (sketch.tool === 'measure_area')
      readout.value = `${t('map.area')} ${squareMetres(areaM2(sketch.points))}`
  }
  function finished(sketch: Sketch): void {
    drawing(sketch)
    drawnAt = performance.now()
    const measuring = sketch.tool === 'measure' || sketch.tool === 'measure_area'
    if (measuring) return
    if (sketch.tool === 'box' || sketch.tool === 'polygon') told.many(sketch)
    else told.sketch(sketch)
    stop()
    tools?.clear()
  }
  function stop(): void {
    if (!active.value) return
    active.value = undefined
    readout.value = ''
    tools?.end()
    tools?.clear()
    map.value?.doubleClickZoom.enable()
    told.stopped()
  }
  const hint = computed(() => {
    if (!active.value) return ''
    if (readout.value) return readout.value
    if (active.value === 'draw_point') return t('map.point_hint')
    return t(active.value === 'box' ? 'map.box_hint' : 'map.sketch_hint')
  })
  return {
    active,
    hint,
    begin,
    stop,
    /** Whether a click is of a drawing. */
    busy: () => active.value !== undefined || performance.now() - drawnAt < AFTER_DRAWING_MS,
    end: () => tools?.stop(),
  }
}

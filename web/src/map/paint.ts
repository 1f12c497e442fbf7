/** What a paint says, in the map library's own words. */
import type { ExpressionSpecification } from 'maplibre-gl'
import { NONE } from './classes'
import type { Paint } from './layers'

/** The name under which a layer keeps the class of a feature. */
export function stateKey(layer: string): string {
  return `v:${layer}`
}

export function paintOf(layer: string, paint: Paint): string | ExpressionSpecification {
  if (paint.by === 'one') return paint.colour
  if (paint.by === 'prop') {
    const pairs = Object.entries(paint.colours).flat()
    if (!pairs.length) return paint.other
    return [
      'match',
      ['get', paint.prop],
      ...pairs,
      paint.other,
    ] as unknown as ExpressionSpecification
  }
  return byClass(layer, paint.scale.colours, paint.none)
}

/** What each class says; the last where no value is held. */
function byClass<T>(layer: string, classes: T[], none: T): ExpressionSpecification {
  const held = ['number', ['feature-state', stateKey(layer)], NONE]
  const steps = classes.slice(1).flatMap((one, n) => [n + 1, one])
  const said = ['step', held, classes[0] ?? none, ...steps]
  return ['case', ['<', held, 0], none, said] as unknown as ExpressionSpecification
}

/** How many times as large a feature is as its layer says. */
export function sizeOf(layer: string, paint: Paint): ExpressionSpecification | number {
  const sizes = paint.by === 'value' ? paint.scale.sizes : undefined
  return sizes ? byClass(layer, sizes, 1) : 1
}

/** Whether it is a ring instead of a dot. */
export function isRing(layer: string, paint: Paint): ExpressionSpecification | boolean {
  const rings = paint.by === 'value' ? paint.scale.rings : undefined
  return rings ? byClass(layer, rings, false) : false
}

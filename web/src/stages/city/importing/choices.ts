/** Systems of coordinates that are met most; any other can be typed. */
export const CRS = ['EPSG:4326', 'EPSG:4490', 'GCJ-02', 'BD-09', 'local', 'none'] as const

/** Every zone the browser knows, that of most users first. */
export const TIME_ZONES = [
  ...new Set(['Asia/Shanghai', 'Asia/Urumqi', 'UTC', ...Intl.supportedValuesOf('timeZone')]),
]

/** Units that a mapping may name, by what they measure. */
export const UNITS = [
  ['m', 'km', 'mm', 'cm', 'ft', 'us_ft', 'inch', 'yd', 'mile'],
  ['km/h', 'm/s', 'mph', 'knot'],
  ['h', 'min', 's', 'd'],
  ['kV', 'V'],
  ['people', '1000 people', '10000 people'],
  ['yuan', '10000 yuan', '100000000 yuan'],
]

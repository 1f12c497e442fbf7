/** Systems of coordinates that are met most; any other can be typed. */
export const CRS = ['EPSG:4326', 'EPSG:4490', 'GCJ-02', 'BD-09', 'local', 'none'] as const

/** Every zone the browser knows, that of most users first. */
export const TIME_ZONES = [
  ...new Set(['Asia/Shanghai', 'Asia/Urumqi', 'UTC', ...Intl.supportedValuesOf('timeZone')]),
]

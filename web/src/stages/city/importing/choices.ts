/** Systems of coordinates that are met most; any other can be typed. */
export const CRS = ['EPSG:4326', 'EPSG:4490', 'GCJ-02', 'BD-09', 'local', 'none'] as const

export const TIME_ZONES = [
  'Asia/Shanghai',
  'Asia/Urumqi',
  'Asia/Hong_Kong',
  'Asia/Taipei',
  'Asia/Tokyo',
  'Asia/Singapore',
  'Europe/Berlin',
  'Europe/Helsinki',
  'America/Chicago',
  'America/New_York',
  'America/Los_Angeles',
  'America/Sao_Paulo',
  'UTC',
]

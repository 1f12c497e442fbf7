/** What an import asks of the server. */
import {
  askJob,
  checkMapping,
  getCatalogue,
  getJob,
  getLog,
  getProgress,
  listMappingTables,
  listReaders,
  previewImport,
  tryMapping,
  type CatalogueOut,
  type GuessedLayerOut,
  type PeekOut,
  type JobOut,
  type LineOut,
  type MappingFaultOut,
  type PreviewOut,
  type ProgressOut,
  type ReaderOut,
  type SuggestionOut,
  type TableOut,
  type TriedOut,
} from '@/client'
import { answered, everyItem, Fault, faultOf, newKey, write } from '@/live/asking'

export type {
  CatalogueOut,
  GuessedLayerOut,
  PeekOut as FileOut,
  JobOut,
  LineOut,
  MappingFaultOut,
  PreviewOut,
  ReaderOut,
  SuggestionOut,
  TableOut,
  TriedOut,
}

export function readers(): Promise<ReaderOut[]> {
  return answered(listReaders())
}

export function tables(): Promise<TableOut[]> {
  return answered(listMappingTables())
}

export function catalogue(): Promise<CatalogueOut> {
  return answered(getCatalogue())
}

/** Look into files that were handed in, by path to the id of the upload. */
export function preview(files: Record<string, string>): Promise<PreviewOut> {
  return answered(previewImport({ body: { files } }))
}

export async function faultsOf(mapping: string, files: string[]): Promise<MappingFaultOut[]> {
  return (await answered(checkMapping({ body: { mapping, files } }))).faults
}

/** What becomes of the first rows of a layer. */
export function tried(
  mapping: string,
  layer: number,
  files: Record<string, string>,
  source: string,
  crs: string,
): Promise<TriedOut> {
  return answered(tryMapping({ body: { mapping, layer, files, source, crs } }))
}

/** Hand a file in; its id. The body is sent by hand because only so its progress is told. */
export function handIn(file: Blob, name: string, told: (bytes: number) => void): Promise<string> {
  return new Promise((done, fail) => {
    const request = new XMLHttpRequest()
    request.open('POST', `/api/v1/uploads?name=${encodeURIComponent(name)}`)
    request.setRequestHeader('Content-Type', 'application/octet-stream')
    request.setRequestHeader('Idempotency-Key', newKey())
    request.responseType = 'json'
    request.upload.onprogress = (event) => told(event.loaded)
    request.onerror = () => fail(new Fault('network', name, '', 0))
    request.onload = () => {
      const said = request.response as { id?: string } | null
      if (request.status < 300 && said?.id) done(said.id)
      else fail(faultOf(said, request.status))
    }
    request.send(file)
  })
}

export interface ImportAsked {
  reader: string
  files: Record<string, string>
  source: string
  mapping?: string
  crs?: string
  options: Record<string, string>
  infer: boolean
  far?: boolean
  merge?: string
  into?: string
  id?: string
  name?: string
  name_en?: string
  code?: string
  time_zone?: string
}

export function askImport(input: ImportAsked): Promise<JobOut> {
  const body = { kind: 'import', input: { ...input } }
  return answered(askJob({ body, headers: write() }))
}

export interface Watched {
  job: JobOut
  progress: ProgressOut
  log: LineOut[]
}

export async function watchJob(id: string): Promise<Watched> {
  const path = { job: id }
  const [job, progress, log] = await Promise.all([
    answered(getJob({ path })) as Promise<JobOut>,
    answered(getProgress({ path })),
    everyItem((after) => answered(getLog({ path, query: { after, limit: 200 } })), 1000),
  ])
  return { job, progress, log }
}

/** What became of every row that was read. */
export interface Ledger {
  city: string
  number?: number
  changed: boolean
  layers: {
    name: string
    read: number
    kept: number
    merged: Record<string, number>
    refused: Record<string, number>
    examples: Record<string, string[]>
  }[]
  added: Record<string, number>
  same: Record<string, number>
  changes: Record<string, number>
  joined: Record<string, number>
  conflicts: Record<string, number>
  overruled: number
  inferred: Record<string, number>
  findings: { rule: string; severity: string; what: string; mend: string; ids: string[] }[]
  findings_more: number
}

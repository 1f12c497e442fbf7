import { defineWords } from '@/words/define'

export const importWords = defineWords({ zh: { title: '' }, en: { title: '' } })

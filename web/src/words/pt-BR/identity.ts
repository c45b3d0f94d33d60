type Names = Readonly<Record<string, string>>;

export const identity = {
  why: {
    title: 'Por quê, e o que a fecharia',
    status: 'Por que este status',
    closing: 'O que a fecharia',
    needs: { nothing: 'disse que sumiu', approval: 'espera aprovação', retest: 'precisa de um reteste', complete_scan: 'precisa de um scan completo' } as Names,
    goesOn: 'Continua sozinho',
    delivery: 'Ver a entrega',
    lastComplete: 'coberto por completo pela última vez',
    never: 'nunca coberto por completo',
  },
  merge: {
    title: 'A mesma que outra',
    lead: 'Vários registros de uma fraqueza viram um só. Os cartões dos outros seguem como duplicados; nenhum é excluído.',
    isPart: (id: string) => `Agora faz parte da #${id}: status, decisões e cartões são os dela.`,
    open: (id: string) => `Abrir #${id}`,
    others: 'Outras deste ativo que são a mesma',
    search: 'Buscar por palavras ou ID',
    nothing: 'Nada encontrado neste ativo.',
    reason: 'Motivo',
    merge: 'Juntar a esta',
    begin: 'Juntar outras a esta',
    part: 'Juntadas a ela',
    splitOff: (id: string) => `Separar #${id}`,
    split: 'Separar',
    scopes: 'O que estes viram é outra fraqueza',
    splitScopes: 'Separar o que eles viram',
    splitTitle: 'Separar?',
    splitWhat: 'Volta a ser uma vulnerabilidade própria, com status e cartão próprios.',
  },
};

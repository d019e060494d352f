// An Express service that does what bench/floor_app.py does. Started by bench.peers.express.
// Express refuses bodies over 100 KB unless told otherwise; a chart of 1000 resources has 1.5 MB.
const express = require('express');

const app = express();
app.use(express.json({ limit: '16mb' }));

app.post('/cds-services/bench', (request, response) => {
  const entries = Object.values(request.body.prefetch).reduce((sum, value) => sum + (value.entry || []).length, 0);
  response.json({ cards: [{ summary: `${entries} entries`, indicator: 'info', source: { label: 'bench' } }] });
});

app.listen(Number(process.env.PORT), '127.0.0.1');

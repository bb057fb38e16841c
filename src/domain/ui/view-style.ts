/** Of every view; the tokens of the host come after it. */
export const VIEW_STYLE = `:root{--rbsm-background:#ffffff;--rbsm-text:#020817;--rbsm-card:#ffffff;--rbsm-primary:#16a249;--rbsm-primary-text:#ffffff;--rbsm-muted:#f1f5f9;--rbsm-muted-text:#65758b;--rbsm-border:#e2e8f0;--rbsm-error:#dc2626;--rbsm-radius:0.5rem;--rbsm-font:Inter,system-ui,sans-serif;color-scheme:light}
:root[data-mode=dark]{--rbsm-background:#020817;--rbsm-text:#f8fafc;--rbsm-card:#0f172a;--rbsm-primary:#21c45d;--rbsm-primary-text:#020817;--rbsm-muted:#1d283a;--rbsm-muted-text:#94a3b8;--rbsm-border:#1e293b;--rbsm-error:#f87171;color-scheme:dark}
*{box-sizing:border-box}
body{margin:0;background:var(--rbsm-background);color:var(--rbsm-text);font:15px/1.5 var(--rbsm-font)}
iframe{display:block;width:100%;height:150px;border:0}
.rbsm-view{padding:16px;display:grid;gap:16px}
h1,h2,h3,p,dl,dd,figure,table{margin:0}
h1{font-size:22px}h2{font-size:18px}h3{font-size:16px}
a{color:var(--rbsm-primary)}
small,.rbsm-empty,.rbsm-text.rbsm-neutral small,figcaption,caption,dt{color:var(--rbsm-muted-text);font-size:13px}
.rbsm-error{--tone:var(--rbsm-error)}.rbsm-success{--tone:#16a249}.rbsm-warning{--tone:#d97706}.rbsm-info{--tone:#2563eb}
.rbsm-alert{padding:12px 14px;border:1px solid var(--rbsm-border);border-left:4px solid var(--tone,var(--rbsm-border));border-radius:var(--rbsm-radius);background:var(--rbsm-card)}
.rbsm-stats{display:grid;grid-template-columns:repeat(auto-fit,minmax(130px,1fr));gap:12px}
.rbsm-stats>div{padding:12px 14px;border:1px solid var(--rbsm-border);border-radius:var(--rbsm-radius);background:var(--rbsm-card)}
.rbsm-stats dd{font-size:22px;font-weight:600;color:var(--tone,inherit)}.rbsm-stats small{display:block;font-weight:400}
.rbsm-scroll{overflow-x:auto}
table{width:100%;border-collapse:collapse;font-size:14px}
th,td{padding:8px 10px;text-align:start;border-bottom:1px solid var(--rbsm-border)}th{color:var(--rbsm-muted-text);font-weight:500}.rbsm-end{text-align:end}
.rbsm-columns{display:grid;grid-template-columns:repeat(auto-fit,minmax(220px,1fr));gap:16px}.rbsm-columns>div,.rbsm-tabs details{display:grid;gap:12px}
summary{cursor:pointer;font-weight:500}
.rbsm-form{display:grid;gap:12px;max-width:34rem}label{display:grid;gap:4px}.rbsm-check{display:block}
input:not([type=checkbox]),select,textarea{width:100%;padding:8px 10px;border:1px solid var(--rbsm-border);border-radius:var(--rbsm-radius);background:var(--rbsm-background);color:inherit;font:inherit}
button{justify-self:start;padding:8px 14px;border:1px solid var(--rbsm-border);border-radius:var(--rbsm-radius);background:var(--rbsm-card);color:inherit;font:inherit;cursor:pointer}
button.rbsm-primary{border-color:var(--rbsm-primary);background:var(--rbsm-primary);color:var(--rbsm-primary-text)}button.rbsm-error{color:var(--rbsm-error)}
svg{display:block;width:100%;height:auto}svg text{fill:var(--rbsm-muted-text);font-size:11px;text-anchor:middle}svg line{stroke:var(--rbsm-border)}
.rbsm-s0{--series:var(--rbsm-primary)}.rbsm-s1{--series:#2563eb}.rbsm-s2{--series:#d97706}.rbsm-s3{--series:#a855f7}
rect{fill:var(--series)}polyline{fill:none;stroke:var(--series);stroke-width:2}.rbsm-legend span{color:var(--series);margin-right:12px}
`;

"""The lungs: ILD and pneumonitis, and what they mean for T-DXd and T-DM1.

`history`               problem list, symptoms, stops and answers in one
`tdxd_pneumonitis`      which of it is that of T-DXd; `tdxd_restart`: when and at which dose T-DXd may go on
`silent_tdxd`           T-DXd that fell silent after pneumonitis
`tdm1_pneumonitis`      what has ended T-DM1
"""
